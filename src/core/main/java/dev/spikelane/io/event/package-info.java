/** Formats of event cameras, decoded in blocks. Start with {@code EventFormat}, which selects one. */
package dev.spikelane.io.event;
