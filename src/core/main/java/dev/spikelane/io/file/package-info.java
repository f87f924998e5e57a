/** Atomic writing of files, JSON, and texts of messages about files. Read {@code AtomicFile} first. Not exported. */
@NullMarked
package dev.spikelane.io.file;

import org.jspecify.annotations.NullMarked;
