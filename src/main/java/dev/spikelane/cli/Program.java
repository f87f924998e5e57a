package dev.spikelane.cli;

import java.util.Objects;

/** What this program is. */
final class Program {

    static final String NAME = "spikelane";

    private Program() {}

    static String version() {
        return Objects.requireNonNullElse(Program.class.getPackage().getImplementationVersion(), "(development)");
    }
}
