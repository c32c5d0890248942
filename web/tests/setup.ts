import { i18n } from '@lingui/core';
import { cleanup, configure } from '@testing-library/react';
import { afterEach } from 'vitest';

// Messages stand in the source language where no catalogue is loaded.
i18n.loadAndActivate({ locale: 'en', messages: {} });
// A busy machine is no fault of the pages.
configure({ asyncUtilTimeout: 4_000 });
afterEach(() => {
  cleanup();
  sessionStorage.clear();
  localStorage.clear();
});
