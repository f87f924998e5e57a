package dev.spikelane.simd;

import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Memory that is made when it is first asked for. Where threads share it, one of them asks for it before the others.
 *
 * @param <T> the object
 */
public final class Lazy<T> {

    private final Supplier<T> maker;
    private @Nullable T made;

    public Lazy(Supplier<T> maker) {
        this.maker = maker;
    }

    /** The value that the maker made; always the same. */
    public T get() {
        T known = made;
        if (known == null) {
            known = maker.get();
            made = known;
        }
        return known;
    }

    /** The value; null if nobody has asked for it yet. */
    public @Nullable T known() {
        return made;
    }
}
