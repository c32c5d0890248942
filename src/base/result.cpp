#include "base/result.hpp"

namespace lintel {

const char* name_of(ErrorCode code) {
  switch (code) {
    case ErrorCode::invalid: return "invalid";
    case ErrorCode::not_found: return "not_found";
    case ErrorCode::conflict: return "conflict";
    case ErrorCode::denied: return "denied";
    case ErrorCode::unauthenticated: return "unauthenticated";
    case ErrorCode::limited: return "limited";
    case ErrorCode::unavailable: return "unavailable";
    case ErrorCode::full: return "full";
    case ErrorCode::not_kept: return "not_kept";
    case ErrorCode::timeout: return "timeout";
    case ErrorCode::internal: return "internal";
  }
  return "internal";
}

}  // namespace lintel
