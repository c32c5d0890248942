// The pages of the console that the settings stand on, in the order of its tree.
#pragma once

#include <array>

#include "settings/entry.hpp"

namespace lintel::settings {

inline constexpr std::array all_pages = {
    Page{"locks", "Doors and locks", "How the locks behave and what opens them.", "Access"},
    Page{"hardware", "Relays and inputs",
         "What moves the locks, and where buttons and door contacts are connected. Changes apply at once.", "Access"},
    Page{"keypad", "Keypad", "What happens at the panel's keypad when codes are typed.", "Access"},
    Page{"reader", "Card reader", "What reads cards at the panel, and how they are issued there.", "Access"},
    Page{"call", "Call features", "How calls ring, how long they last and what ends them.", "Intercom"},
    Page{"account", "SIP account", "Where this station registers when another machine is the SIP server.", "Intercom"},
    Page{"audio", "Audio", "Microphone, speaker and echo.", "Intercom"},
    Page{"sounds", "Sounds", "What the station plays and says.", "Intercom"},
    Page{"streams", "Streams", "Size and quality of the pictures that the station sends.", "Video"},
    Page{"picture", "Picture", "What is written on the picture.", "Video"},
    Page{"rtsp", "RTSP", "The streams for recorders and players.", "Video"},
    Page{"station", "Station", "What this station is and how people know it.", "System"},
    Page{"sip_server", "SIP server", "The server that monitors and phones of the building register with.", "System"},
    Page{"ports", "Ports", "The network ports of the station.", "System"},
    Page{"security", "Security", "Sessions and limits against guessing.", "System"},
    Page{"storage", "Storage", "What is kept, and how long.", "System"},
};

}  // namespace lintel::settings
