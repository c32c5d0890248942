#include "http/rate_limit.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>

namespace lintel::http {

double RateLimit::tokens_now(const Bucket& bucket) const {
  const auto passed = static_cast<double>((clock_.monotonic() - bucket.at).count());
  return std::min(options_.burst, bucket.tokens + passed / static_cast<double>(options_.refill.count()));
}

bool RateLimit::allowed(std::string_view key) const {
  const auto found = table_.find(key);
  return found == table_.end() ? options_.burst >= 1 : tokens_now(*found->second) >= 1;
}

bool RateLimit::take(std::string_view key) {
  const auto found = table_.find(key);
  if (found != table_.end()) {
    Bucket& bucket = *found->second;
    order_.splice(order_.begin(), order_, found->second);
    bucket.tokens = tokens_now(bucket);
    bucket.at = clock_.monotonic();
    if (bucket.tokens < 1) return false;
    bucket.tokens -= 1;
    return true;
  }
  if (options_.burst < 1) return false;
  if (table_.size() >= options_.entries && !order_.empty()) {
    table_.erase(order_.back().key);
    order_.pop_back();
  }
  order_.push_front({std::string(key), options_.burst - 1, clock_.monotonic()});
  table_.emplace(order_.front().key, order_.begin());
  return true;
}

Duration RateLimit::wait(std::string_view key) const {
  const auto found = table_.find(key);
  if (found == table_.end()) return Duration::zero();
  const double missing = 1 - tokens_now(*found->second);
  if (missing <= 0) return Duration::zero();
  return Duration(static_cast<Duration::rep>(std::ceil(missing * static_cast<double>(options_.refill.count()))));
}

void RateLimit::forgive(std::string_view key) {
  const auto found = table_.find(key);
  if (found == table_.end()) return;
  const auto entry = found->second;
  table_.erase(found);
  order_.erase(entry);
}

std::string source_of(std::string_view address) {
  std::string text(address.substr(0, address.find('%')));
  in6_addr six{};
  if (inet_pton(AF_INET6, text.c_str(), &six) != 1) return text;
  std::array<char, INET6_ADDRSTRLEN> buffer{};
  if (IN6_IS_ADDR_V4MAPPED(&six)) {
    inet_ntop(AF_INET, &six.s6_addr[12], buffer.data(), buffer.size());
    return buffer.data();
  }
  if (IN6_IS_ADDR_LOOPBACK(&six)) return text;
  std::memset(&six.s6_addr[8], 0, 8);
  inet_ntop(AF_INET6, &six, buffer.data(), buffer.size());
  return std::string(buffer.data()) + "/64";
}

}  // namespace lintel::http
