package dev.spikelane.simd;

import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Memory that is allocated at its first use. If threads share it, one of them uses it before the others. */
public final class Lazy<T> {

    private final Supplier<T> maker;
    private @Nullable T value;

    public Lazy(Supplier<T> maker) {
        this.maker = maker;
    }

    public T get() {
        T present = value;
        if (present == null) {
            present = maker.get();
            value = present;
        }
        return present;
    }

    public @Nullable T known() {
        return value;
    }
}
