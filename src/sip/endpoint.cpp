#include "sip/endpoint.hpp"

#include <algorithm>

#include "base/log.hpp"
#include "base/text.hpp"
#include "sip/endpoint_contact.hpp"
#include "sip/endpoint_inner.hpp"

namespace lintel::sip {

// ---- Call -----------------------------------------------------------------------------------------------------------

Call& Call::operator=(Call&& other) noexcept {
  if (this != &other) {
    hang_up();
    session_ = std::move(other.session_);
  }
  return *this;
}

Call::~Call() {
  hang_up();
}

namespace {
Error no_call() {
  return Error{ErrorCode::conflict, "There is no call here any more.", "", "", ""};
}
}  // namespace

void Call::listen(CallListener* listener) {
  if (session_) session_->listen(listener);
}
void Call::hang_up(const HangUp& why) {
  if (const auto session = std::exchange(session_, nullptr)) session->hang_up(why);
}
const std::string& Call::id() const {
  static const std::string none;
  return session_ ? session_->call_id() : none;
}
bool Call::answered() const {
  return session_ && session_->state() == SessionState::confirmed;
}
Result<void> Call::progress(int code, const Content& early_answer) {
  return session_ ? session_->progress(code, early_answer) : Result<void>(no_call());
}
Result<void> Call::accept(const Content& body) {
  return session_ ? session_->accept(body) : Result<void>(no_call());
}
void Call::refuse(int code, std::string_view reason) {
  if (const auto session = std::exchange(session_, nullptr)) session->refuse(code, reason);
}
Result<void> Call::answer_offer(const Content& body) {
  return session_ ? session_->answer_offer(body) : Result<void>(no_call());
}
Result<void> Call::refuse_offer(int code) {
  return session_ ? session_->refuse_offer(code) : Result<void>(no_call());
}
Result<void> Call::offer(const Content& body) {
  return session_ ? session_->offer(body) : Result<void>(no_call());
}
Result<void> Call::send_dtmf(char digit, std::chrono::milliseconds duration) {
  return session_ ? session_->send_dtmf(digit, duration) : Result<void>(no_call());
}

// ---- Endpoint -------------------------------------------------------------------------------------------------------

void Endpoint::Inner::finished(const std::string& local_tag) {
  const auto found = sessions.find(local_tag);
  if (found == sessions.end()) return;
  // Its own functions may still be on the stack.
  retired_sessions.push_back(std::move(found->second));
  sessions.erase(found);
  sweep_later();
}

void Endpoint::Inner::sweep_later() {
  if (sweep.armed()) return;
  sweep = the_core.clock().after(Duration::zero(), [this] {
    const auto sessions_gone = std::exchange(retired_sessions, {});
    const auto accounts_gone = std::exchange(retired_accounts, {});
  });
}

void Endpoint::Inner::retire(const std::shared_ptr<Registration>& account) {
  account->stop();
  retired_accounts.push_back(account);
  sweep_later();
}

std::shared_ptr<Registration> Endpoint::Inner::account_called(std::string_view contact_user) const {
  for (const auto& [id, account] : accounts) {
    if (same_user(contact_user, account->contact_user())) return account;
  }
  return nullptr;
}

std::shared_ptr<Registration> Endpoint::Inner::built_in_account() const {
  for (const auto& [id, account] : accounts) {
    if (account->settings().built_in) return account;
  }
  return nullptr;
}

Endpoint::Endpoint(Core& core, dns::Resolver& resolver, EndpointSettings settings, EndpointListener& listener)
    : inner_(std::make_unique<Inner>(core, resolver, std::move(settings), listener)) {
  core.add_handler_first(*this);
}

Endpoint::~Endpoint() {
  inner_->the_core.remove_handler(*this);
  for (const auto& [tag, session] : std::map(inner_->sessions)) session->abandon();
  inner_->sessions.clear();
  inner_->retired_sessions.clear();
  // A Call that outlives us still holds its account.
  for (const auto& [id, account] : inner_->accounts) account->abandon();
}

void Endpoint::set_settings(EndpointSettings settings) {
  inner_->current = std::move(settings);
}

void Endpoint::set_account(const AccountSettings& account) {
  const auto found = inner_->accounts.find(account.id);
  if (found != inner_->accounts.end()) {
    if (found->second->settings() == account) return;
    inner_->retire(found->second);  // calls that run go on
  }
  auto registration = std::make_shared<Registration>(
      inner_->the_core, inner_->the_resolver, account, contact_user_of(account.user, account.domain, account.password),
      [inner = inner_.get()](const RegistrationStatus& status) { inner->listener.on_registration(status); });
  inner_->accounts.insert_or_assign(account.id, registration);
  registration->start();
}

void Endpoint::remove_account(const std::string& id, Running calls) {
  const auto found = inner_->accounts.find(id);
  if (found == inner_->accounts.end()) return;
  const auto account = std::move(found->second);
  inner_->accounts.erase(found);
  for (const auto& [tag, session] : std::map(inner_->sessions)) {
    const bool of_account = session->account() && session->account()->settings().id == id;
    if (of_account && calls == Running::end) session->shut_down();
  }
  inner_->retire(account);
}

std::vector<RegistrationStatus> Endpoint::accounts() const {
  std::vector<RegistrationStatus> out;
  for (const auto& [id, account] : inner_->accounts) out.push_back(account->status());
  return out;
}

std::string Endpoint::own_host(const std::string& account) const {
  const auto found = inner_->accounts.find(account);
  if (found == inner_->accounts.end() || !found->second->next_hop()) return {};
  return numeric_host_of(inner_->core().sent_by(*found->second->next_hop()));
}

std::string Endpoint::server_host(const std::string& account) const {
  const auto found = inner_->accounts.find(account);
  if (found == inner_->accounts.end() || !found->second->next_hop()) return {};
  const Hop& hop = *found->second->next_hop();
  return hop.address.empty() ? std::string() : hop.address.host();
}

void Endpoint::network_changed() {
  inner_->the_resolver.forget_all();
  for (const auto& [id, account] : std::map(inner_->accounts)) account->retry();
}

Call Endpoint::call(const Target& target, Content offer, const std::vector<Header>& headers, CallListener* listener) {
  std::shared_ptr<Registration> account;
  if (const auto found = inner_->accounts.find(target.account); found != inner_->accounts.end()) {
    account = found->second;
  }
  auto session = std::make_shared<Session>(*inner_, account);
  session->listen(listener);
  if (inner_->sessions.size() < inner_->current.most_calls) {
    session->start(target, std::move(offer), headers);
  } else {
    session->fail_start(503, "Too many calls are running");
  }
  inner_->sessions.emplace(session->local_tag(), session);
  return Call(session);
}

void Endpoint::hurry() {
  inner_->the_core.hurry_to_server();
}

std::size_t Endpoint::size() const {
  return inner_->sessions.size();
}

// ---- requests -------------------------------------------------------------------------------------------------------

bool Endpoint::on_request(const Incoming& request) {
  const Message& message = request.message;
  if (const auto tag = message.to_tag(); !tag.empty()) {
    const auto found = inner_->sessions.find(tag);
    if (found != inner_->sessions.end() && found->second->call_id() == message.call_id()) {
      // The local wire has two ends: what comes from ours is on its way to the server. And what comes from the network
      // for a call through the server goes to the server first, which knows who may send it.
      const auto session = found->second;
      if (request.from == Hop::local_endpoint() || (session->is_inner() && !(request.from == Hop::local_server())))
        return false;
      session->on_request(request);
      return true;
    }
    if (!inner_->is_for_us(request)) return false;
    if (message.method() != Method::ack) inner_->the_core.reply(request, 481);
    return true;
  }
  if (!inner_->is_for_us(request)) return false;
  switch (message.method()) {
    case Method::ack:
      return true;
    case Method::cancel:
      return false;  // of no INVITE that the core knows: it answers 481
    case Method::invite:
      inner_->invited(request);
      return true;
    case Method::options:
      inner_->asked_for_options(request);
      return true;
    case Method::bye:
    case Method::info:
    case Method::update:
    case Method::prack:
      inner_->the_core.reply(request, 481);
      return true;
    default: {
      auto response = Builder::response(message, request.from, 405, {}, new_tag());
      response.add("Allow", allowed_methods);
      inner_->the_core.reply(request, response);
      return true;
    }
  }
}

void Endpoint::on_flow_closed(FlowId flow) {
  for (const auto& [id, account] : std::map(inner_->accounts)) account->flow_closed(flow);
}

bool Endpoint::on_stray_response(const Message& response, const Hop& from) {
  const auto found = inner_->sessions.find(response.from_tag());
  if (found == inner_->sessions.end() || found->second->call_id() != response.call_id()) return false;
  const auto session = found->second;
  return session->on_stray_response(response, from);
}

}  // namespace lintel::sip
