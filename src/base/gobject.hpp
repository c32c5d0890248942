// References to GObject and GStreamer objects. Adopting (the reference is ours already) and sharing (take one more)
// are different words, because mixing them up is the commonest leak and the commonest crash with these libraries.
#pragma once

#include <glib-object.h>

#include <utility>

#include "base/handle.hpp"

namespace lintel {

template <typename T>
class Object {
 public:
  Object() = default;
  [[nodiscard]] static Object adopt(T* object) { return Object(object); }  // transfer full
  [[nodiscard]] static Object share(T* object) {                           // transfer none
    if (object != nullptr) g_object_ref(object);
    return Object(object);
  }
  [[nodiscard]] static Object sink(T* object) {  // transfer floating
    if (object != nullptr) g_object_ref_sink(object);
    return Object(object);
  }
  Object(const Object& other) : object_(other.object_) {
    if (object_ != nullptr) g_object_ref(object_);
  }
  Object(Object&& other) noexcept : object_(std::exchange(other.object_, nullptr)) {}
  Object& operator=(Object other) noexcept {
    std::swap(object_, other.object_);
    return *this;
  }
  ~Object() {
    if (object_ != nullptr) g_object_unref(object_);
  }
  [[nodiscard]] T* get() const { return object_; }
  [[nodiscard]] T* release() { return std::exchange(object_, nullptr); }
  explicit operator bool() const { return object_ != nullptr; }

 private:
  explicit Object(T* object) : object_(object) {}
  T* object_ = nullptr;
};

using GErrorHandle = Handle<GError, g_error_free>;
using GCharHandle = Handle<char, g_free>;

}  // namespace lintel
