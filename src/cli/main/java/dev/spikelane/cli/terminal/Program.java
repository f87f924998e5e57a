package dev.spikelane.cli.terminal;

import java.util.Objects;

public final class Program {

    public static final String NAME = "spikelane";

    private Program() {}

    public static String version() {
        return Objects.requireNonNullElse(Program.class.getPackage().getImplementationVersion(), "(development)");
    }
}
