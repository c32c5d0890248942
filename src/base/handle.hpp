// One handle type for the objects of C libraries: a unique owner with the C function that frees it.
#pragma once

#include <memory>

namespace lintel {

template <auto Free>
struct Freer {
  template <typename T>
  void operator()(T* object) const {
    Free(object);
  }
};

// Handle<SSL, SSL_free> ssl{SSL_new(context)};
template <typename T, auto Free>
using Handle = std::unique_ptr<T, Freer<Free>>;

}  // namespace lintel
