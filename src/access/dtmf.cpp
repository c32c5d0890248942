#include "access/dtmf.hpp"

#include <algorithm>
#include <utility>

#include "base/bytes.hpp"

namespace lintel::access {
namespace {

constexpr std::size_t shortest_code = 4;
constexpr std::size_t longest_code = 16;
// All outside callers guess at the same codes, so they share one subject of the limiter.
constexpr std::string_view code_subject = "door-code";

bool only(std::string_view text, std::string_view allowed) {
  return text.find_first_not_of(allowed) == std::string_view::npos;
}
constexpr std::string_view digits = "0123456789";
constexpr std::string_view keys = "0123456789*#";

bool clash(const std::array<std::string, 2>& pair) {
  if (pair[0].empty() || pair[1].empty()) return false;
  return pair[0].starts_with(pair[1]) || pair[1].starts_with(pair[0]);
}

}  // namespace

Result<void> check(const DtmfOptions& options) {
  for (const auto& command : options.commands) {
    if (!only(command, keys) || command.size() > longest_code) {
      return Error{ErrorCode::invalid,
                   "An unlock command is up to 16 of the keys 0 to 9, * and #.",
                   "commands",
                   {},
                   "1 to 16 of 0-9*#"};
    }
    // '#' ends an entry, so it can only be the last key of a command.
    if (const auto hash = command.find('#'); hash != std::string::npos && hash + 1 != command.size()) {
      return Error{ErrorCode::invalid, "The key # can only be the last one of an unlock command.", "commands", {}, {}};
    }
  }
  for (const auto& code : options.codes) {
    if (!code.empty() && (!only(code, digits) || code.size() < shortest_code || code.size() > longest_code)) {
      return Error{
          ErrorCode::invalid, "An unlock code for other callers is 4 to 16 digits.", "codes", {}, "4 to 16 digits"};
    }
  }
  if (clash(options.commands)) {
    return Error{ErrorCode::invalid,
                 "One unlock command begins with the other; it could never be completed.",
                 "commands",
                 {},
                 {}};
  }
  if (clash(options.codes)) {
    return Error{
        ErrorCode::invalid, "One unlock code begins with the other; it could never be completed.", "codes", {}, {}};
  }
  return {};
}

UnlockRequest request_of(const DtmfCaller& caller, LockNumber lock, bool by_code) {
  UnlockRequest request;
  request.subject = caller.subject;
  request.method = Method::dtmf;
  request.lock = lock;
  request.room = caller.room;
  request.source = caller.subject;
  request.call = caller.call;
  request.code_proven = by_code;
  return request;
}

DtmfCommands::DtmfCommands(Clock& clock, AttemptLimiter& limiter, Open open, Wrong wrong, DtmfOptions options)
    : clock_(clock),
      limiter_(limiter),
      open_(std::move(open)),
      wrong_(std::move(wrong)),
      options_(std::move(options)) {}

void DtmfCommands::set_options(DtmfOptions options) {
  options_ = std::move(options);
  entries_.clear();
}

std::string_view DtmfCommands::wanted(const DtmfCaller& caller, std::size_t which) const {
  const std::string& command = options_.commands.at(which);
  if (caller.monitor_of_called_room) return command;
  const std::string& code = options_.codes.at(which);
  if (!code.empty()) return code;
  std::string_view digits_of_command = command;
  if (digits_of_command.ends_with('#')) digits_of_command.remove_suffix(1);
  const bool strong = digits_of_command.size() >= shortest_code && only(digits_of_command, digits);
  return strong ? std::string_view(command) : std::string_view();
}

void DtmfCommands::digit(const DtmfCaller& caller, char digit) {
  constexpr std::string_view known = "0123456789*#ABCD";
  if (known.find(digit) == std::string_view::npos) return;
  auto found = entries_.find(caller.call);
  if (found == entries_.end()) {
    if (entries_.size() >= calls_limit) return;
    found = entries_.emplace(caller.call, Entry{}).first;
  }
  Entry& entry = found->second;
  entry.caller = caller;
  entry.pause = clock_.after(options_.pause, [this, call = caller.call] {
    if (const auto silent = entries_.find(call); silent != entries_.end()) end_entry(silent->second);
  });
  if (entry.digits.size() < longest_entry) {
    entry.digits += digit;
  } else {
    entry.done = true;
  }
  // A caller who waited too little is not even compared: otherwise the limit would tell right from wrong.
  const bool limited = !caller.monitor_of_called_room && limiter_.wait(code_subject, caller.subject) > Duration::zero();
  if (!entry.done && !limited) compare(entry);
  // compare() may have ended the call, and the entry with it.
  if (digit == '#') {
    if (const auto ended = entries_.find(caller.call); ended != entries_.end()) end_entry(ended->second);
  }
}

void DtmfCommands::compare(Entry& entry) {
  for (std::size_t which = 0; which < options_.commands.size(); ++which) {
    const auto command = wanted(entry.caller, which);
    if (command.empty() || !bytes::equal_in_constant_time(command, entry.digits)) continue;
    // What is called may end this call: the entry is not touched after it.
    const DtmfCaller caller = entry.caller;
    entries_.erase(caller.call);
    if (!caller.monitor_of_called_room) limiter_.succeeded(code_subject, caller.subject);
    open_(caller, static_cast<LockNumber>(which + 1), !caller.monitor_of_called_room);
    return;
  }
}

void DtmfCommands::end_entry(Entry& entry) {
  const DtmfCaller caller = entry.caller;
  const auto typed = entry.digits.size() - (entry.digits.ends_with('#') ? 1 : 0);
  entries_.erase(caller.call);
  const bool attempt = !caller.monitor_of_called_room && typed >= shortest_code;
  if (!attempt) return;
  if (limiter_.wait(code_subject, caller.subject) > Duration::zero()) return;  // was not compared
  const Duration wait = limiter_.failed(code_subject, caller.subject);
  if (wrong_) wrong_(caller, wait);
}

void DtmfCommands::call_over(std::string_view call) {
  const auto found = entries_.find(std::string(call));
  if (found != entries_.end()) end_entry(found->second);
}

}  // namespace lintel::access
