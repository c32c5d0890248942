#include "sip/registration.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/bytes.hpp"
#include "base/log.hpp"
#include "base/text.hpp"
#include "sip/dialog.hpp"
#include "sip/endpoint_contact.hpp"

namespace lintel::sip {
namespace {

constexpr std::chrono::seconds longest_period{86'400};
constexpr std::chrono::seconds margin{5};  // a refresh is sent at least so long before the end
constexpr std::chrono::seconds longest_retry_after{3600};

// RFC 3261 §20.33: "120 (in maintenance);duration=3600"
std::chrono::seconds retry_after_of(const Message& response) {
  const auto value = response.value(Field::retry_after);
  const auto seconds = text::to_unsigned(text::trim(value.substr(0, value.find_first_of(";( "))));
  if (!seconds) return {};
  return std::min(std::chrono::seconds(static_cast<std::int64_t>(std::min<std::uint64_t>(*seconds, 86'400))),
                  longest_retry_after);
}

}  // namespace

const char* name_of(RegistrationState state) {
  switch (state) {
    case RegistrationState::off:
      return "off";
    case RegistrationState::looking_up:
      return "looking_up";
    case RegistrationState::registering:
      return "registering";
    case RegistrationState::registered:
      return "registered";
    case RegistrationState::failed:
      return "failed";
  }
  return "off";
}

Hop to_hop(const dns::Hop& place) {
  Hop hop;
  hop.kind = place.transport == dns::Transport::udp   ? TransportKind::udp
             : place.transport == dns::Transport::tcp ? TransportKind::tcp
                                                      : TransportKind::tls;
  if (auto address = SocketAddress::parse(place.address, place.port)) hop.address = *address;
  if (hop.kind == TransportKind::tls) hop.server_name = place.host;
  return hop;
}

Registration::Registration(Core& core, dns::Resolver& resolver, AccountSettings settings, std::string contact_user,
                           Listener listener)
    : core_(core),
      resolver_(resolver),
      settings_(std::move(settings)),
      contact_user_(std::move(contact_user)),
      listener_(std::move(listener)),
      registrar_login_(settings_.auth_user.empty() ? settings_.user : settings_.auth_user, settings_.password,
                       settings_.built_in && settings_.realm.empty() ? settings_.domain : settings_.realm),
      proxy_login_(registrar_login_),
      asked_period_(settings_.period),
      caller_(
          name_addr(settings_.display_name, fmt::format("sip:{}@{}", escape_user(settings_.user), settings_.domain))),
      call_id_(new_call_id()),
      from_tag_(new_tag()) {
  status_.account = settings_.id;
}

Registration::~Registration() {
  abandon();
}

void Registration::start() {
  look_up();
  if (settings_.built_in || settings_.keep_alive <= std::chrono::seconds::zero()) return;
  // RFC 5626 §3.5.1; over UDP it keeps the NAT's binding too.
  keep_alive_ = core_.clock().every(settings_.keep_alive, [this] {
    if (next_hop() && status_.state == RegistrationState::registered) core_.send_bytes(*next_hop(), "\r\n\r\n");
  });
}

void Registration::retry() {
  if (transaction_ != 0) core_.forget(std::exchange(transaction_, 0));
  failures_ = 0;
  on_backup_ = false;
  look_up();
}

void Registration::abandon() {
  tell_waiting_.cancel();
  timer_.cancel();
  keep_alive_.cancel();
  lookup_.cancel();
  if (transaction_ != 0) core_.forget(std::exchange(transaction_, 0));
  for (const auto& one : std::exchange(waiting_, {})) one.then(false);
}

void Registration::stop() {
  abandon();
  if (const auto used = next_hop(); settings_.registers && used && status_.state == RegistrationState::registered) {
    hop_ = used;
    on_backup_ = way_on_backup_;
    core_.send(make_request(*used, std::chrono::seconds(0)), *used, nullptr, {settings_.silence});
  }
  tell(RegistrationState::off, 0, {});
}

std::string Registration::identity() const {
  return name_addr({}, fmt::format("sip:{}@{}", escape_user(settings_.user), settings_.domain));
}

std::string Registration::make_request(const Hop& to, std::chrono::seconds expires) {
  const std::string uri = "sip:" + settings_.domain;
  auto builder = Builder::request("REGISTER", uri);
  builder.add("Max-Forwards", std::uint64_t{70});
  if (const auto line = route(hop_, on_backup_); !line.empty()) builder.add_line(line);
  builder.add("From", identity() + ";tag=" + from_tag_);
  builder.add("To", identity());
  builder.add("Call-ID", call_id_);
  builder.add("CSeq", fmt::format("{} REGISTER", ++cseq_));
  append_contact(builder.open("Contact").out(), core_, contact_user_, to);
  builder.out().append(";+sip.instance=\"<urn:uuid:").append(instance_of(contact_user_)).append(">\"");
  builder.close();
  builder.add("Expires", static_cast<std::uint64_t>(expires.count()));
  builder.add("Allow", allowed_methods);
  if (!settings_.user_agent.empty()) builder.add("User-Agent", settings_.user_agent);
  for (const auto& line : authorization("REGISTER", uri)) builder.add_line(line);
  return builder.finish();
}

void Registration::send() {
  if (status_.state != RegistrationState::registered) tell(RegistrationState::registering, 0, {});
  transaction_ = core_.send(make_request(*hop_, asked_period_), *hop_, this, {settings_.silence});
  if (transaction_ == 0) unreachable(503, "The SIP server cannot be reached: there is no way to send to it.");
}

void Registration::on_response(TransactionId id, const Message& response, const Hop& from) {
  if (id != transaction_ || response.status() < 200) return;
  if (hop_ && hop_->kind != TransportKind::udp && hop_->kind != TransportKind::local) hop_->flow = core_.flow_of(id);
  transaction_ = 0;
  retry_after_ = retry_after_of(response);
  const int code = response.status();
  if (code < 300) return accepted(response);
  if (code == 401 || code == 407) {
    if (challenged(response, from, answered_challenges_)) return send();
    return refused(code, "The SIP server refuses the user name or password.");
  }
  if (code == 423 && !asked_longer_) {
    const auto least = response.number(Field::min_expires);
    if (least && std::chrono::seconds(*least) > asked_period_ && std::chrono::seconds(*least) <= longest_period) {
      asked_longer_ = true;
      asked_period_ = std::chrono::seconds(*least);
      return send();
    }
  }
  const std::string phrase = fmt::format("The SIP server answered {} {}.", code, response.reason());
  if (code == 408 || code >= 500) return unreachable(code, phrase);
  refused(code, phrase);
}

void Registration::on_failed(TransactionId id, Failure failure) {
  if (id != transaction_) return;
  transaction_ = 0;
  retry_after_ = {};
  if (failure == Failure::timeout) return unreachable(408, "The SIP server does not answer.");
  if (failure == Failure::untrusted) return unreachable(503, "The certificate of the SIP server is not trusted.");
  unreachable(503, "The SIP server cannot be reached.");
}

void Registration::accepted(const Message& response) {
  std::chrono::seconds granted = asked_period_;
  if (const auto header = response.number(Field::expires)) granted = std::chrono::seconds(*header);
  // Ours of before, at another address, may still stand beside it, with what is left of its time.
  const std::string_view own = core_.sent_by(*hop_);
  std::optional<std::chrono::seconds> listed;
  for (const auto value : response.list(Field::contact)) {
    const auto address = Address::parse(value);
    if (!address || !same_user(address->uri.user, contact_user_)) continue;
    const auto parameter = address->parameter("expires");
    const auto seconds = parameter ? text::to_unsigned(*parameter) : std::nullopt;
    if (!seconds) continue;
    const std::chrono::seconds period(static_cast<std::int64_t>(std::min<std::uint64_t>(*seconds, 86'400)));
    const auto port = address->uri.port != 0 ? address->uri.port : std::uint16_t{5060};
    const bool of_now = text::equals_ignoring_case(fmt::format("{}:{}", address->uri.host, port), own);
    listed = of_now ? period : std::min(period, listed.value_or(period));
    if (of_now) break;
  }
  granted = listed.value_or(granted);
  if (granted <= std::chrono::seconds::zero())
    return refused(response.status(), "The SIP server keeps no registration: it granted no time.");
  granted = std::clamp(granted, std::chrono::seconds(1), longest_period);
  failures_ = 0;
  asked_longer_ = false;
  std::chrono::seconds refresh = granted * settings_.refresh_percent / 100;
  refresh = std::min(refresh, granted - margin);
  refresh = std::max(refresh, std::chrono::seconds(1));
  way_ = hop_;
  way_on_backup_ = on_backup_;
  refresh_at_ = core_.clock().monotonic() + refresh;
  if (on_backup_) refresh = std::min(refresh, back_to_first);
  again_after(refresh, on_backup_ ? &Registration::retry : &Registration::send);
  name_server();
  tell(RegistrationState::registered, response.status(), {});
  answer_waiting();
}

void Registration::refused(int code, std::string message) {
  if (way_ && way_on_backup_ && !on_backup_) return back_on_backup();
  // The password may have been changed at the server, or the account made there only now: keep asking, seldom.
  registrar_login_.forget();
  proxy_login_.forget();
  asked_period_ = settings_.period;
  asked_longer_ = false;
  way_.reset();
  again_after(std::max<Duration>(scattered(settings_.retry_refused), std::exchange(retry_after_, {})),
              &Registration::look_up);
  name_server();
  on_backup_ = false;  // the first is asked first
  tell(RegistrationState::failed, code, std::move(message));
  answer_waiting();
}

void Registration::again_after(Duration delay, void (Registration::*what)()) {
  timer_ = core_.clock().after(delay, [this, what] {
    answered_challenges_ = {};
    (this->*what)();
  });
}

bool Registration::challenged(const Message& response, const Hop& from, AnsweredChallenges& answered) {
  if (!is_server(from)) return false;
  const bool proxy = response.status() == 407;
  std::vector<std::string> values;
  const Field field = proxy ? Field::proxy_authenticate : Field::www_authenticate;
  for (std::size_t at = 0; at < 8; ++at) {
    const auto* line = response.find(field, at);
    if (line == nullptr) break;
    values.emplace_back(response.value(*line));
  }
  unsigned& count = proxy ? answered.of_proxy : answered.of_server;
  if (!(proxy ? proxy_login_ : registrar_login_).challenged(values, count)) return false;
  ++count;
  return true;
}

std::vector<std::string> Registration::authorization(std::string_view method, std::string_view uri) {
  std::vector<std::string> lines;
  const auto add = [&](std::string_view name, digest::ClientAuthenticator& login) {
    if (login.ready()) lines.push_back(fmt::format("{}: {}", name, login.authorize(method, uri)));
  };
  // The built-in server knows who has registered by the wire inside the process, and asks only when it does not.
  if (!settings_.built_in || method == "REGISTER") add("Authorization", registrar_login_);
  add("Proxy-Authorization", proxy_login_);
  return lines;
}

void Registration::tell(RegistrationState state, int code, std::string message) {
  status_.state = state;
  status_.code = code;
  status_.message = std::move(message);
  if (status_ == told_) return;
  told_ = status_;
  const bool final = state == RegistrationState::registered || state == RegistrationState::failed;
  if (final) log::info("sip", "account {} {}: {} {}", settings_.id, name_of(state), status_.server, status_.message);
  if (listener_) listener_(status_);
}

}  // namespace lintel::sip
