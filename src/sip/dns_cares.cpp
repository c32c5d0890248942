#include "sip/dns_cares.hpp"

#include <ares.h>
#include <ares_nameser.h>
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/stat.h>
#include <sys/time.h>

#include <algorithm>
#include <array>
#include <map>

#include "base/handle.hpp"

namespace lintel::sip::dns {
namespace {

Error error_of(int status, const std::string& name) {
  switch (status) {
    case ARES_ENODATA:
    case ARES_ENOTFOUND:
    case ARES_EBADNAME:
      return Error{ErrorCode::not_found, "The name '" + name + "' is not known to the name service.", "host", name, ""};
    case ARES_ETIMEOUT:
      return Error{ErrorCode::timeout, "The name service did not answer for '" + name + "'.", "host", name, ""};
    default:
      return Error{ErrorCode::unavailable,
                   "The name service could not answer for '" + name + "': " + ares_strerror(status) + ".", "host", name,
                   ""};
  }
}

std::string text_of(const unsigned char* text) {
  return text == nullptr ? std::string() : std::string(reinterpret_cast<const char*>(text));
}

std::string numeric_text(int family, const void* address) {
  std::array<char, INET6_ADDRSTRLEN> out{};
  return inet_ntop(family, address, out.data(), out.size()) == nullptr ? std::string() : std::string(out.data());
}

// By what a file shows without being read that it is another one than before.
struct FileState {
  ino_t number = 0;
  off_t size = 0;
  std::int64_t seconds = 0, nanoseconds = 0;  // of its last change
  bool operator==(const FileState&) const = default;
};

FileState state_of(const std::string& file) {
  struct stat found {};
  if (stat(file.c_str(), &found) != 0) return {};
  return {found.st_ino, found.st_size, found.st_mtim.tv_sec, found.st_mtim.tv_nsec};
}

// c-ares does not give the time to live of SRV and NAPTR: they are kept for this long.
constexpr std::chrono::seconds service_time_to_live{60};

}  // namespace

struct CaresSource::Inner {
  struct Pending {
    Inner* inner;
    std::string name;
    Kind kind;
    Callback callback;
  };

  Inner(Loop& the_loop, CaresSettings the_settings) : loop(the_loop), settings(std::move(the_settings)) {}
  ~Inner() {
    gone = true;
    channel.reset();  // calls every pending callback with ARES_EDESTRUCTION, which frees them
  }

  // c-ares reads the file of name services once for each channel: a new one for another file. Answers the status.
  int open() {
    const FileState now = state_of(settings.servers_file);
    ares_options options{};
    options.timeout = static_cast<int>(settings.try_timeout.count());
    options.tries = settings.tries;
    options.sock_state_cb = &socket_state;
    options.sock_state_cb_data = this;
    std::string lookups = "fb";
    options.lookups = lookups.data();
    options.resolvconf_path = settings.servers_file.data();
    ares_channel made = nullptr;
    int status = ares_init_options(
        &made, &options,
        ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES | ARES_OPT_SOCK_STATE_CB | ARES_OPT_LOOKUPS | ARES_OPT_RESOLVCONF);
    if (status != ARES_SUCCESS) return status;
    Handle<ares_channeldata, ares_destroy> owned(made);
    if (!settings.servers.empty()) status = ares_set_servers_ports_csv(made, settings.servers.c_str());
    if (status != ARES_SUCCESS) return status;
    channel = std::move(owned);
    servers_as = now;
    return status;
  }

  // Only between questions: one that runs, or whose answer is being told, holds the channel.
  void open_again() {
    if (under_way == 0 && inside == 0 && !(state_of(settings.servers_file) == servers_as)) (void)open();
  }

  // What c-ares does may call back, and a callback ask on.
  template <typename Work>
  void in_channel(Work work) {
    ++inside;
    work(channel.get());
    --inside;
    rearm();
  }

  void process(ares_socket_t in, ares_socket_t out) {
    in_channel([&](ares_channel it) { ares_process_fd(it, in, out); });
  }

  Loop& loop;
  CaresSettings settings;
  FileState servers_as;  // when the channel was made
  int inside = 0;        // the channel's own functions, now
  bool gone = false;
  std::size_t under_way = 0;
  std::map<ares_socket_t, Watch> watches;
  Timer timer;
  Handle<ares_channeldata, ares_destroy> channel;

  static void socket_state(void* self, ares_socket_t socket, int wants_read, int wants_write) {
    auto* inner = static_cast<Inner*>(self);
    if (wants_read == 0 && wants_write == 0) {
      inner->watches.erase(socket);
      return;
    }
    const unsigned ready = (wants_read != 0 ? readable : 0U) | (wants_write != 0 ? writable : 0U);
    const auto happened = [inner, socket](unsigned is) {
      const bool in = (is & (readable | hung_up)) != 0;
      const bool out = (is & writable) != 0;
      // The watch may go in here; nothing of this closure is used after the call.
      inner->process(in ? socket : ARES_SOCKET_BAD, out ? socket : ARES_SOCKET_BAD);
    };
    // Not below the sockets of SIP: under a flood that never pauses each name would be given up for want of an answer.
    inner->watches[socket] = inner->loop.watch(socket, ready, happened);
  }

  void rearm() {
    timeval next{};
    if (channel == nullptr || ares_timeout(channel.get(), nullptr, &next) == nullptr) {
      timer.cancel();
      return;
    }
    const Duration wait = std::chrono::seconds(next.tv_sec) + std::chrono::microseconds(next.tv_usec);
    timer = loop.clock().after(std::max<Duration>(wait, std::chrono::milliseconds(1)),
                               [this] { process(ARES_SOCKET_BAD, ARES_SOCKET_BAD); });
  }

  static std::unique_ptr<Pending> take(void* argument) {
    std::unique_ptr<Pending> pending(static_cast<Pending*>(argument));
    --pending->inner->under_way;
    return pending;
  }

  static void got_record(void* argument, int status, int /*timeouts*/, unsigned char* answer, int length) {
    const auto pending = take(argument);
    if (pending->inner->gone || status == ARES_EDESTRUCTION) return;
    if (status != ARES_SUCCESS) return pending->callback(error_of(status, pending->name));
    Records records;
    records.time_to_live = service_time_to_live;
    if (pending->kind == Kind::srv) {
      ares_srv_reply* list = nullptr;
      status = ares_parse_srv_reply(answer, length, &list);
      for (const auto* one = list; one != nullptr; one = one->next) {
        records.srv.push_back({one->priority, one->weight, one->port, one->host == nullptr ? "" : one->host});
      }
      if (list != nullptr) ares_free_data(list);
    } else {
      ares_naptr_reply* list = nullptr;
      status = ares_parse_naptr_reply(answer, length, &list);
      for (const auto* one = list; one != nullptr; one = one->next) {
        records.naptr.push_back({one->order, one->preference, text_of(one->flags), text_of(one->service),
                                 one->replacement == nullptr ? "" : one->replacement});
      }
      if (list != nullptr) ares_free_data(list);
    }
    if (status != ARES_SUCCESS) return pending->callback(error_of(status, pending->name));
    pending->callback(std::move(records));
  }

  static void got_addresses(void* argument, int status, int /*timeouts*/, ares_addrinfo* result) {
    const Handle<ares_addrinfo, ares_freeaddrinfo> owned(result);
    const auto pending = take(argument);
    if (pending->inner->gone || status == ARES_EDESTRUCTION) return;
    if (status != ARES_SUCCESS) return pending->callback(error_of(status, pending->name));
    Records records;
    records.time_to_live = longest_cache;
    for (const int family : {AF_INET, AF_INET6}) {
      for (const auto* node = owned->nodes; node != nullptr; node = node->ai_next) {
        if (node->ai_family != family || node->ai_addr == nullptr) continue;
        const void* address = family == AF_INET
                                  ? static_cast<const void*>(&reinterpret_cast<sockaddr_in*>(node->ai_addr)->sin_addr)
                                  : &reinterpret_cast<sockaddr_in6*>(node->ai_addr)->sin6_addr;
        records.addresses.push_back(numeric_text(family, address));
        records.time_to_live = std::min(records.time_to_live, std::chrono::seconds(std::max(node->ai_ttl, 0)));
      }
    }
    if (records.addresses.empty()) return pending->callback(error_of(ARES_ENODATA, pending->name));
    pending->callback(std::move(records));
  }
};

CaresSource::CaresSource(std::unique_ptr<Inner> inner) : inner_(std::move(inner)) {}
CaresSource::~CaresSource() = default;

Result<std::unique_ptr<CaresSource>> CaresSource::create(Loop& loop, const CaresSettings& settings) {
  static const int library = ares_library_init(ARES_LIB_INIT_ALL);
  auto inner = std::make_unique<Inner>(loop, settings);
  const int status = library == ARES_SUCCESS ? inner->open() : library;
  if (status != ARES_SUCCESS) {
    return Error{ErrorCode::unavailable,
                 std::string("The name resolver does not start: ") + ares_strerror(status) + ".", "", "", ""};
  }
  return std::unique_ptr<CaresSource>(new CaresSource(std::move(inner)));
}

void CaresSource::query(const std::string& name, Kind kind, Callback callback) {
  if (name.empty() || name.size() > 253 || name.find('\0') != std::string::npos) {
    return callback(error_of(ARES_EBADNAME, name));
  }
  if (inner_->under_way >= max_queries_under_way) {
    return callback(Error{ErrorCode::limited, "Too many names are being looked up.", "", "", ""});
  }
  inner_->open_again();
  ++inner_->under_way;
  auto pending = std::make_unique<Inner::Pending>(Inner::Pending{inner_.get(), name, kind, std::move(callback)});
  Inner* const inner = inner_.get();
  inner->in_channel([&](ares_channel channel) {
    if (kind == Kind::address) {
      ares_addrinfo_hints hints{};
      hints.ai_flags = ARES_AI_NOSORT;
      hints.ai_family = AF_UNSPEC;
      ares_getaddrinfo(channel, name.c_str(), nullptr, &hints, &Inner::got_addresses, pending.release());
    } else {
      ares_query(channel, name.c_str(), ns_c_in, kind == Kind::srv ? ns_t_srv : ns_t_naptr, &Inner::got_record,
                 pending.release());
    }
  });
}

}  // namespace lintel::sip::dns
