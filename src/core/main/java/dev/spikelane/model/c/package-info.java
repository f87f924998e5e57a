/**
 * C99 files: a network enters, the text of a file leaves. Read {@code CNetwork} first. Not exported;
 * {@link dev.spikelane.model.CExport} is the public entry.
 */
@NullMarked
package dev.spikelane.model.c;

import org.jspecify.annotations.NullMarked;
