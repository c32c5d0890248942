import { fileURLToPath } from 'node:url';
import babel from '@rolldown/plugin-babel';
import { lingui } from '@lingui/vite-plugin';
import react from '@vitejs/plugin-react';
import tailwindcss from '@tailwindcss/vite';
import { defineConfig } from 'vitest/config';
import { VitePWA } from 'vite-plugin-pwa';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const station = process.env.LINTEL_URL ?? 'http://127.0.0.1:5190';

/** In development /monitor and /panel answer with their entry, as the station does. */
const entryPaths = {
  name: 'lintel-entry-paths',
  configureServer(server: { middlewares: { use(handler: (request: { url?: string }, response: unknown, next: () => void) => void): void } }) {
    server.middlewares.use((request, _response, next) => {
      const path = request.url?.split('?')[0];
      if (path === '/monitor' || path === '/panel') request.url = `${path}.html`;
      next();
    });
  },
};

export default defineConfig({
  plugins: [
    entryPaths,
    react(),
    babel({ include: /\.tsx?$/, plugins: ['@lingui/babel-plugin-lingui-macro'] }),
    lingui(),
    tailwindcss(),
    VitePWA({
      registerType: 'autoUpdate',
      injectRegister: null,
      manifest: false,
      workbox: {
        globPatterns: ['**/*.{html,js,css,svg,webmanifest}'],
        // The station serves each page under its own address only, never as a file name.
        manifestTransforms: [
          (entries) => ({
            manifest: entries.map((entry) => ({ ...entry, url: ({ 'index.html': '/', 'monitor.html': '/monitor', 'panel.html': '/panel' } as Record<string, string>)[entry.url] ?? entry.url })),
          }),
        ],
        directoryIndex: null,
        // The API, live media and signalling always go to the station itself.
        navigateFallback: null,
        runtimeCaching: [],
        cleanupOutdatedCaches: true,
        clientsClaim: true,
        skipWaiting: true,
      },
    }),
  ],
  resolve: { alias: { '@': here('./src') } },
  build: {
    // As docs/installer.md says; scripts/check.mjs refuses what no build can put into older words.
    target: ['chrome100', 'edge100', 'firefox101', 'safari15.4', 'ios15.4'],
    cssCodeSplit: true,
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 400,
    rolldownOptions: {
      input: { console: here('./index.html'), monitor: here('./monitor.html'), panel: here('./panel.html') },
    },
  },
  server: { port: 5180, strictPort: true, proxy: { '/api': station, '/sip': { target: station, ws: true } } },
  test: {
    environment: 'jsdom',
    include: ['tests/**/*.test.{ts,tsx}'],
    setupFiles: ['tests/setup.ts'],
    restoreMocks: true,
  },
});
