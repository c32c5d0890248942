#include "web/sessions.hpp"

#include <algorithm>

#include "base/bytes.hpp"
#include "base/text.hpp"

namespace lintel::web {
namespace {

constexpr std::size_t token_bytes = 32;
constexpr std::size_t longest_browser = 200;
constexpr std::chrono::seconds sweep_period{20};

std::string plain(std::string_view text) {
  std::string cut(text.substr(0, longest_browser));
  return text::printable(cut) ? cut : std::string();
}

bool listens(const Session& session) {
  return session.who.role != Role::admin && (session.streams > 0 || !open_sockets(session).empty());
}

}  // namespace

Sessions::Sessions(Clock& clock, std::function<std::chrono::minutes()> idle_time)
    : clock_(clock), idle_time_(std::move(idle_time)), sweeper_(clock.every(sweep_period, [this] { sweep(); })) {}

bool Sessions::idle(const Session& session) const {
  return !listens(session) && clock_.monotonic() - session.used >= idle_time_();
}

Sessions::Table::iterator Sessions::erase(Table::iterator at) {
  const std::shared_ptr<Session> session = at->second;
  const auto next = table_.erase(at);
  if (ended_) ended_(*session);
  return next;
}

void Sessions::sweep() {
  for (auto at = table_.begin(); at != table_.end();) {
    Session& session = *at->second;
    if (listens(session)) session.used = clock_.monotonic();  // when its stream is cut, a whole idle time is left to it
    at = idle(session) ? erase(at) : std::next(at);
  }
}

Sessions::Begun Sessions::begin(Subject who, std::string_view browser) {
  sweep();
  const auto make_room = [this](const auto& counts, std::size_t limit) {
    const auto older = [](const auto& left, const auto& right) { return left->second->used < right->second->used; };
    std::vector<Table::iterator> found;
    for (auto at = table_.begin(); at != table_.end(); ++at)
      if (counts(*at->second)) found.push_back(at);
    if (found.size() >= limit) erase(*std::min_element(found.begin(), found.end(), older));
  };
  make_room([&who](const Session& session) { return session.who.account == who.account; }, most_of_an_account);
  make_room([](const Session&) { return true; }, most);

  Begun begun{bytes::to_base64url(bytes::random(token_bytes)), std::make_shared<Session>()};
  begun.session->id = bytes::to_hex(bytes::random(8));
  begun.session->csrf = bytes::to_base64url(bytes::random(24));
  begun.session->who = std::move(who);
  begun.session->browser = plain(browser);
  begun.session->began = clock_.wall();
  begun.session->used = clock_.monotonic();
  table_.emplace(bytes::sha256(begun.token), begun.session);
  return begun;
}

Sessions::Begun Sessions::renew(const Session& session) {
  Begun begun = begin(session.who, session.browser);
  begun.session->csrf = session.csrf;
  (void)end(session.id);
  return begun;
}

std::shared_ptr<Session> Sessions::use(std::string_view token, bool unattended) {
  if (token.empty() || token.size() > 2 * token_bytes) return nullptr;
  const auto found = table_.find(bytes::sha256(token));
  if (found == table_.end()) return nullptr;
  if (idle(*found->second)) {
    erase(found);
    return nullptr;
  }
  if (!unattended || found->second->who.role != Role::admin) found->second->used = clock_.monotonic();
  return found->second;
}

bool Sessions::has(std::string_view id) const {
  return std::any_of(table_.begin(), table_.end(), [id](const auto& entry) { return entry.second->id == id; });
}

bool Sessions::end(std::string_view id) {
  const auto found =
      std::find_if(table_.begin(), table_.end(), [id](const auto& entry) { return entry.second->id == id; });
  if (found == table_.end()) return false;
  erase(found);
  return true;
}

void Sessions::end_all_of(std::string_view account, std::string_view but_id) {
  for (auto at = table_.begin(); at != table_.end();) {
    const Session& session = *at->second;
    at = session.who.account == account && session.id != but_id ? erase(at) : std::next(at);
  }
}

std::vector<std::shared_ptr<Session>> Sessions::list() const {
  std::vector<std::shared_ptr<Session>> all;
  all.reserve(table_.size());
  for (const auto& [token, session] : table_) all.push_back(session);
  return all;
}

}  // namespace lintel::web
