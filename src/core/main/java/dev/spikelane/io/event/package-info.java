/** Formats of event cameras, decoded in blocks: each format is a file, {@code EventFormat} tells them apart. */
package dev.spikelane.io.event;
