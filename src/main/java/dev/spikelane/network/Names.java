package dev.spikelane.network;

/** What a name of an input, a population or a projection may be. */
final class Names {

    private Names() {}

    static void require(String what, String name) {
        if (name.isBlank()) {
            throw new IllegalArgumentException(what + " has the name '" + name + "', expected one that is not blank");
        }
    }
}
