package dev.spikelane.network;

import dev.spikelane.io.file.FileText;

/** What a name of an input, a population or a projection may be. */
final class Names {

    private Names() {}

    static void require(String what, String name) {
        if (name.isBlank()) {
            throw new IllegalArgumentException(what + " has the name '" + name + "', expected one that is not blank");
        }
        String shown = FileText.shown(name);
        if (!shown.equals(name)) {
            throw new IllegalArgumentException(what + " has the name '" + shown
                    + "', expected at most 300 characters without control characters, as messages hold it");
        }
    }
}
