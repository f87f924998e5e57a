package dev.spikelane.network;

import dev.spikelane.io.file.FileText;

/** What a name of an input, a population or a projection may be. */
final class Names {

    private Names() {}

    static void require(String what, String name) {
        if (name.isBlank()) {
            throw new IllegalArgumentException(what + " has the name '" + name + "', expected one that is not blank");
        }
        if (name.chars().anyMatch(Character::isISOControl)) {
            throw new IllegalArgumentException(what + " has the name '" + FileText.escaped(name)
                    + "', expected one without control characters, as messages hold it");
        }
    }
}
