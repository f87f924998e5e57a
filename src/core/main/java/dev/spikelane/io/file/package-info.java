/**
 * Files that are written whole or not at all, JSON, and texts of messages about files. Start with {@code AtomicFile}.
 * Not exported.
 */
@NullMarked
package dev.spikelane.io.file;

import org.jspecify.annotations.NullMarked;
