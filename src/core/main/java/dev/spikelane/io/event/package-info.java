/**
 * Decoders of event camera formats. Bytes enter, blocks of events leave. Read {@code EventFormat} first, which selects
 * a decoder. Not exported.
 */
package dev.spikelane.io.event;
