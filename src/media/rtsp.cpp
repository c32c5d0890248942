#include "media/rtsp.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <list>
#include <thread>

#include "base/log.hpp"
#include "media/rtsp_media.hpp"
#include "media/video.hpp"

namespace lintel::media {
namespace {

constexpr Duration picture_limit = std::chrono::seconds(8);  // a DESCRIBE without a picture is refused after this
constexpr int threads = 2;                                   // serve all clients; one more accepts
constexpr guint body_limit = 16 * 1024;
constexpr guint tidy_period_seconds = 2;
constexpr const char* since_key = "lintel-since";
constexpr const char* empty_key = "lintel-empty";

GSource* attach(GMainContext* context, GSource* source, GSourceFunc work, gpointer data,
                GDestroyNotify free = nullptr) {
  g_source_set_callback(source, work, data, free);
  g_source_attach(source, context);
  return source;
}

class Server final : public RtspServer {
 public:
  Server(Loop& loop, Video& video, RtspOptions options)
      : options_(std::move(options)),
        context_(g_main_context_new()),
        main_loop_(g_main_loop_new(context_, FALSE)),
        server_(Object<GstRTSPServer>::adopt(gst_rtsp_server_new())),
        auth_(Object<GstRTSPAuth>::adopt(gst_rtsp_auth_new())),
        state_(std::make_shared<State>()) {
    auto source = std::make_shared<RtspSource>();
    source->join = [&video](Profile profile, Consumer consumer) {
      return video.subscribe({profile, Codec::h264}, "rtsp", std::move(consumer));
    };
    source->audio = options_.audio;
    source->in_a_while = [post = loop.poster(), weak = std::weak_ptr(state_), &loop](std::function<void()> work) {
      post([weak, work = std::move(work), &loop] {
        const auto state = weak.lock();
        if (state == nullptr) return;
        const auto timer = state->waiting.emplace(state->waiting.end());
        *timer = loop.clock().after(picture_limit, [weak, work, timer] {
          work();
          if (const auto again = weak.lock()) again->waiting.erase(timer);
        });
      });
    };
    state_->camera_lost = video.camera().state == CameraState::lost;
    video.on_camera([weak = std::weak_ptr(state_)](const CameraStatus& status) {
      if (const auto state = weak.lock()) state->camera_lost = status.state == CameraState::lost;
    });
    mount(source);
    authorise();
  }

  ~Server() override {
    gst_rtsp_server_client_filter(
        server_.get(), [](GstRTSPServer*, GstRTSPClient*, gpointer) { return GST_RTSP_FILTER_REMOVE; }, nullptr);
    for (GSource* source : {listening_, tidying_})
      if (source != nullptr) {
        g_source_destroy(source);
        g_source_unref(source);
      }
    if (thread_.joinable()) {
      GSource* quit = g_idle_source_new();
      g_source_unref(attach(
          context_, quit,
          [](gpointer data) { return g_main_loop_quit(static_cast<GMainLoop*>(data)), G_SOURCE_REMOVE; }, main_loop_));
      thread_.join();
    }
    g_signal_handlers_disconnect_by_data(server_.get(), this);
    g_main_loop_unref(main_loop_);
    g_main_context_unref(context_);
  }

  Result<void> use_tls() {
    if (options_.tls_pem.empty()) return {};
    GError* error = nullptr;
    const auto certificate = Object<GTlsCertificate>::adopt(
        g_tls_certificate_new_from_pem(options_.tls_pem.data(), static_cast<gssize>(options_.tls_pem.size()), &error));
    options_.tls_pem.assign(options_.tls_pem.size(), '\0');
    const GErrorHandle holder(error);
    if (!certificate)
      return Error{ErrorCode::invalid,
                   fmt::format("The certificate for RTSP over TLS cannot be used ({}).", error->message),
                   {},
                   {},
                   {}};
    gst_rtsp_auth_set_tls_certificate(auth_.get(), certificate.get());
    return {};
  }

  Result<void> listen() {
    gst_rtsp_server_set_service(server_.get(), std::to_string(options_.port).c_str());
    GError* error = nullptr;
    gst_rtsp_server_set_address(server_.get(), options_.address.c_str());
    listening_ = gst_rtsp_server_create_source(server_.get(), nullptr, &error);
    if (listening_ == nullptr && options_.address == "::" &&
        !g_error_matches(error, G_IO_ERROR, G_IO_ERROR_ADDRESS_IN_USE)) {
      g_clear_error(&error);  // no IPv6 on this machine
      gst_rtsp_server_set_address(server_.get(), "0.0.0.0");
      listening_ = gst_rtsp_server_create_source(server_.get(), nullptr, &error);
    }
    const GErrorHandle holder(error);
    if (listening_ == nullptr) return refuse(error);
    g_source_attach(listening_, context_);
    tidying_ = attach(context_, g_timeout_source_new_seconds(tidy_period_seconds), &Server::tidy, this);
    thread_ = std::thread([this] {
      g_main_context_push_thread_default(context_);
      g_main_loop_run(main_loop_);
      g_main_context_pop_thread_default(context_);
    });
    return {};
  }

  [[nodiscard]] std::uint16_t port() const override {
    return static_cast<std::uint16_t>(gst_rtsp_server_get_bound_port(server_.get()));
  }

  void set_accounts(std::vector<RtspAccount> accounts) override {
    for (const std::string& user : users_) gst_rtsp_auth_remove_digest(auth_.get(), user.c_str());
    users_.clear();
    GstRTSPToken* token = gst_rtsp_token_new(GST_RTSP_TOKEN_MEDIA_FACTORY_ROLE, G_TYPE_STRING, rtsp_role, nullptr);
    for (const RtspAccount& account : accounts) {
      if (account.user.empty() || account.password.empty()) continue;
      gst_rtsp_auth_add_digest(auth_.get(), account.user.c_str(), account.password.c_str(), token);
      users_.push_back(account.user);
    }
    gst_rtsp_token_unref(token);
  }

  [[nodiscard]] Statistics statistics() const override {
    Statistics answer;
    answer.connections = state_->connections;
    answer.refused_connections = state_->refused;
    const auto pool = Object<GstRTSPSessionPool>::adopt(gst_rtsp_server_get_session_pool(server_.get()));
    answer.sessions = static_cast<int>(gst_rtsp_session_pool_get_n_sessions(pool.get()));
    return answer;
  }

 private:
  // Outlives the server: signals of clients that still close, and the loop's posts, come late.
  struct State {
    std::atomic<bool> camera_lost{false};
    std::atomic<int> connections{0};
    std::atomic<std::uint64_t> refused{0};
    std::list<Timer> waiting;  // loop only
  };

  void mount(const std::shared_ptr<const RtspSource>& source) {
    const auto mounts = Object<GstRTSPMountPoints>::adopt(make_mount_points());
    for (const Profile profile : {Profile::main, Profile::sub})
      gst_rtsp_mount_points_add_factory(mounts.get(), fmt::format("/{}", name_of(profile)).c_str(),
                                        make_media_factory(profile, source));
    gst_rtsp_server_set_mount_points(server_.get(), mounts.get());
    const auto sessions = Object<GstRTSPSessionPool>::adopt(gst_rtsp_server_get_session_pool(server_.get()));
    gst_rtsp_session_pool_set_max_sessions(sessions.get(), static_cast<guint>(options_.session_limit));
    const auto pool = Object<GstRTSPThreadPool>::adopt(gst_rtsp_thread_pool_new());
    gst_rtsp_thread_pool_set_max_threads(pool.get(), threads);
    gst_rtsp_server_set_thread_pool(server_.get(), pool.get());
    gst_rtsp_server_set_content_length_limit(server_.get(), body_limit);
    g_signal_connect(server_.get(), "client-connected", G_CALLBACK(&Server::connected), this);
  }

  void authorise() {
    gst_rtsp_auth_set_supported_methods(auth_.get(), GST_RTSP_AUTH_DIGEST);  // never basic
    gst_rtsp_auth_set_realm(auth_.get(), options_.realm.c_str());
    gst_rtsp_server_set_auth(server_.get(), auth_.get());
  }

  Error refuse(const GError* error) const {
    const std::string port = std::to_string(options_.port);
    if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED))
      return Error{
          ErrorCode::denied,
          fmt::format(
              "Port {} for RTSP needs a right this program does not have: choose one above 1023 with --rtsp-port.",
              port),
          "rtsp-port",
          port,
          {}};
    return Error{
        ErrorCode::conflict,
        fmt::format("Port {} for RTSP cannot be used ({}): stop the other program, or choose another with --rtsp-port.",
                    port,
                    g_error_matches(error, G_IO_ERROR, G_IO_ERROR_ADDRESS_IN_USE) ? "another program listens there"
                                                                                  : error->message),
        "rtsp-port",
        port,
        {}};
  }

  // On the accepting thread, one client after the other.
  static void connected(GstRTSPServer* /*server*/, GstRTSPClient* client, gpointer data) {
    auto& self = *static_cast<Server*>(data);
    ++self.state_->connections;
    g_object_set_data(G_OBJECT(client), since_key, GSIZE_TO_POINTER(running_time() / GST_SECOND + 1));
    g_signal_connect_data(client, "closed", G_CALLBACK(&Server::closed), new std::shared_ptr<State>(self.state_),
                          &Server::release, GConnectFlags{});
    g_signal_connect_data(client, "pre-describe-request", G_CALLBACK(&Server::describe),
                          new std::shared_ptr<State>(self.state_), &Server::release, GConnectFlags{});
    g_signal_connect(client, "play-request", G_CALLBACK(&Server::playing), nullptr);
    if (self.state_->connections <= self.options_.connection_limit) return;
    ++self.state_->refused;
    // Not inside the signal: the server still holds the client here.
    g_source_unref(attach(
        self.context_, g_idle_source_new(),
        [](gpointer refused) { return gst_rtsp_client_close(GST_RTSP_CLIENT(refused)), G_SOURCE_REMOVE; },
        g_object_ref(client), g_object_unref));
  }
  static void closed(GstRTSPClient* /*client*/, gpointer state) {
    --(*static_cast<std::shared_ptr<State>*>(state))->connections;
  }
  static void release(gpointer state, GClosure* /*closure*/) { delete static_cast<std::shared_ptr<State>*>(state); }

  // Says 'no' at once rather than keep a recorder waiting for a camera that is not there.
  static GstRTSPStatusCode describe(GstRTSPClient* /*client*/, GstRTSPContext* /*context*/, gpointer state) {
    return (*static_cast<std::shared_ptr<State>*>(state))->camera_lost ? GST_RTSP_STS_SERVICE_UNAVAILABLE
                                                                       : GST_RTSP_STS_OK;
  }

  // The media is shared: whoever comes later would wait for the next key by itself.
  static void playing(GstRTSPClient* /*client*/, GstRTSPContext* context, gpointer /*unused*/) {
    if (context->media != nullptr) force_key(context->media);
  }

  static GstRTSPFilterResult close_silent(GstRTSPServer* /*server*/, GstRTSPClient* client, gpointer data) {
    const auto limit = static_cast<gsize>(
        std::chrono::duration_cast<std::chrono::seconds>(*static_cast<const Duration*>(data)).count());
    const gsize since = GPOINTER_TO_SIZE(g_object_get_data(G_OBJECT(client), since_key));
    if (since == 0 || running_time() / GST_SECOND < since + limit) return GST_RTSP_FILTER_KEEP;
    GList* sessions = gst_rtsp_client_session_filter(client, nullptr, nullptr);
    const bool silent = sessions == nullptr;
    g_list_free_full(sessions, g_object_unref);
    return silent ? GST_RTSP_FILTER_REMOVE : GST_RTSP_FILTER_KEEP;
  }
  // A viewer that went without TEARDOWN leaves a session without media; for a minute it would count against the limit.
  // One round of grace, for a SETUP makes the session first and its media a little later.
  static GstRTSPFilterResult drop_empty(GstRTSPSessionPool* /*pool*/, GstRTSPSession* session, gpointer /*unused*/) {
    GList* media = gst_rtsp_session_filter(session, nullptr, nullptr);
    const bool empty = media == nullptr;
    g_list_free_full(media, g_object_unref);
    if (empty && g_object_get_data(G_OBJECT(session), empty_key) != nullptr) return GST_RTSP_FILTER_REMOVE;
    g_object_set_data(G_OBJECT(session), empty_key, GINT_TO_POINTER(empty));
    return GST_RTSP_FILTER_KEEP;
  }
  static gboolean tidy(gpointer data) {
    auto& self = *static_cast<Server*>(data);
    const auto pool = Object<GstRTSPSessionPool>::adopt(gst_rtsp_server_get_session_pool(self.server_.get()));
    gst_rtsp_session_pool_cleanup(pool.get());
    gst_rtsp_session_pool_filter(pool.get(), &Server::drop_empty, nullptr);
    gst_rtsp_server_client_filter(self.server_.get(), &Server::close_silent, &self.options_.silent_limit);
    return G_SOURCE_CONTINUE;
  }

  RtspOptions options_;
  GMainContext* context_;
  GMainLoop* main_loop_;
  Object<GstRTSPServer> server_;
  Object<GstRTSPAuth> auth_;
  const std::shared_ptr<State> state_;
  GSource* listening_ = nullptr;
  GSource* tidying_ = nullptr;
  std::thread thread_;
  std::vector<std::string> users_;
};

}  // namespace

Result<std::unique_ptr<RtspServer>> RtspServer::start(Loop& loop, Video& video, RtspOptions options) {
  auto server = std::make_unique<Server>(loop, video, std::move(options));
  LINTEL_CHECK(server->use_tls());
  LINTEL_CHECK(server->listen());
  log::info("media.rtsp", "listening on port {}", server->port());
  return std::unique_ptr<RtspServer>(std::move(server));
}

}  // namespace lintel::media
