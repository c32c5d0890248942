// Before the first paint: the theme chosen on this device, so that a dark page never flashes white.
try {
  var theme = localStorage.getItem('lintel.theme');
  if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme;
} catch (e) {
  // Storage may be refused; the system's theme then stands.
}
