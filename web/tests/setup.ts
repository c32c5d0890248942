import { i18n } from '@lingui/core';
import { cleanup } from '@testing-library/react';
import { afterEach } from 'vitest';

// Messages stand in the source language where no catalogue is loaded.
i18n.loadAndActivate({ locale: 'en', messages: {} });
afterEach(() => {
  cleanup();
  sessionStorage.clear();
  localStorage.clear();
});
