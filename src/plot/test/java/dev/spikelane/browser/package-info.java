/** A headless Chromium for tests, driven through the Chrome DevTools Protocol. */
package dev.spikelane.browser;
