package dev.spikelane.layout;

import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Hands out the layouts of networks: the package of networks says how, once, when its first network is made. */
public final class Layouts {

    private static volatile @Nullable Function<Object, Layout> door;

    private Layouts() {}

    /** Says how a network hands out its layout. */
    public static void open(Function<Object, Layout> way) {
        door = way;
    }

    /** Returns the layout of a network. */
    public static Layout of(Object network) {
        return Objects.requireNonNull(door, "no network was made").apply(network);
    }
}
