package dev.spikelane.network;

import dev.spikelane.io.file.FileText;
import dev.spikelane.io.file.JsonValue;

/** The rule for names of inputs, populations and projections. */
final class Names {

    private Names() {}

    static void require(String what, String name) {
        if (name.isBlank()) {
            throw new IllegalArgumentException(what + " has the name '" + name + "', expected one that is not blank");
        }
        if (!FileText.isPlain(name)) {
            throw new IllegalArgumentException(what + " has the name " + JsonValue.quoted(name)
                    + ", expected one without control characters, as messages hold it");
        }
    }
}
