/**
 * C99 files of networks. Not exported; {@link dev.spikelane.model.CExport} is the public entry. Start with
 * {@code CNetwork}.
 */
@NullMarked
package dev.spikelane.model.c;

import org.jspecify.annotations.NullMarked;
