// Unpacks what the build packed (RFC 1952), for the rare client that takes neither br nor gzip. Private to the room.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace lintel::http {

// Bytes of the one member in `packed` once it is unpacked, as its trailer says; nothing if it is none of that form.
[[nodiscard]] std::optional<std::size_t> gzip_length(std::string_view packed);
// Nothing when it is damaged. A megabyte takes some milliseconds.
[[nodiscard]] std::optional<std::string> unpack_gzip(std::string_view packed);

}  // namespace lintel::http
