// Prints docs/settings.md: build/…/lintel_settings_reference > docs/settings.md
#include <iostream>

#include "settings/settings.hpp"

int main() {
  std::cout << lintel::settings::reference();
  return std::cout.flush() ? 0 : 1;
}
