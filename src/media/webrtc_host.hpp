// What all WebRTC legs of the station share: a thread, sockets, a certificate, and the streams they send.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "media/datagrams.hpp"
#include "media/dtls.hpp"
#include "media/leg.hpp"
#include "media/network_thread.hpp"
#include "media/video_feed.hpp"
#include "media/voice_feed.hpp"

namespace lintel::media {

class WebrtcTransport;

class WebrtcHost {
 public:
  // `audio` and `video` may be null, and outlive this.
  WebrtcHost(AudioEngine* audio, Video* video, const LegsOptions& options);
  ~WebrtcHost();  // does what is queued first
  WebrtcHost(const WebrtcHost&) = delete;
  WebrtcHost& operator=(const WebrtcHost&) = delete;

  void run(std::function<void()> work) { thread_.queue()->run(std::move(work)); }  // any thread

  // All below: network thread only.
  [[nodiscard]] AudioEngine* audio() const { return audio_; }
  [[nodiscard]] Video* video() const { return video_; }
  [[nodiscard]] const std::shared_ptr<WorkQueue>& queue() const { return thread_.queue(); }
  [[nodiscard]] Datagrams& datagrams() { return *datagrams_; }
  [[nodiscard]] const std::shared_ptr<DtlsIdentity>& identity() const { return identity_; }  // null: no WebRTC here
  [[nodiscard]] VideoFeed& pictures(StreamKey stream);                                       // video() is there
  [[nodiscard]] VoiceFeed& voice() { return *voice_; }

  void add(WebrtcTransport* transport);                            // gets ticks
  void remove(WebrtcTransport* transport);                         // forgets its names and paths too
  void name(const std::string& user, WebrtcTransport* transport);  // checks with this user name are its
  void forget_name(const std::string& user) { names_.erase(user); }
  // What comes by `path` is its. False: another's, whose peer is there: sender addresses can be forged.
  [[nodiscard]] bool route(const Path& path, WebrtcTransport* transport);
  void forget_route(const Path& path, const WebrtcTransport* transport);  // only its own

 private:
  void begin(const LegsOptions& options);
  void end();
  void heard(const Path& path, std::span<std::uint8_t> datagram);
  NetworkThread::Ticks tick();

  AudioEngine* const audio_;
  Video* const video_;
  std::shared_ptr<DtlsIdentity> identity_;
  std::unique_ptr<Datagrams> datagrams_;
  std::map<StreamKey, std::shared_ptr<VideoFeed>> pictures_;
  std::shared_ptr<VoiceFeed> voice_;
  std::vector<WebrtcTransport*> transports_;
  std::map<std::string, WebrtcTransport*, std::less<>> names_;
  std::map<Path, WebrtcTransport*> routes_;
  NetworkThread thread_;  // last: it uses what is above
};

}  // namespace lintel::media
