# Warnings are errors. The exceptions are named with their reason.
add_library(lintel_warnings INTERFACE)
target_compile_options(lintel_warnings INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor -Woverloaded-virtual -Wimplicit-fallthrough -Wvla -Wformat=2 -Werror)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # GCC 12 reports these falsely inside its own std::string and std::variant at -O2 (GCC bugs 105329, 105593).
  target_compile_options(lintel_warnings INTERFACE -Wno-restrict -Wno-maybe-uninitialized -Wno-stringop-overflow
    -Wno-array-bounds -Wno-stringop-overread -Wno-dangling-pointer)
endif()
