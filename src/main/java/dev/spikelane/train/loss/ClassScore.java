package dev.spikelane.train.loss;

import java.util.Locale;

/** How outputs become scores of classes; {@link dev.spikelane.train.Decoding} says what each means. */
public enum ClassScore {
    COUNT,
    FIRST_SPIKE,
    MAX_MEMBRANE,
    MEMBRANE,
    NONE;

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
