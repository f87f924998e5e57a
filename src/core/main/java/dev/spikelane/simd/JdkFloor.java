package dev.spikelane.simd;

import org.jspecify.annotations.Nullable;

/** Oldest safe build of the JDK. */
final class JdkFloor {

    private static final Runtime.Version FLOOR = Runtime.Version.parse("25.0.3");

    private JdkFloor() {}

    static @Nullable String warning(Runtime.Version version) {
        return version.feature() == FLOOR.feature() && version.compareToIgnoreOptional(FLOOR) < 0
                ? "JDK " + version + " may corrupt heap objects that native code holds (JDK-8377811); use " + FLOOR
                        + " or newer"
                : null;
    }
}
