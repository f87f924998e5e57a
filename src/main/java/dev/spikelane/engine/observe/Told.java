package dev.spikelane.engine.observe;

import java.util.function.ObjDoubleConsumer;
import org.jspecify.annotations.Nullable;

/** Tells numbers of a service to a user and to Flight Recorder. */
public final class Told {

    private static final boolean PRESENT =
            ModuleLayer.boot().findModule("jdk.jfr").isPresent();

    private final @Nullable ObjDoubleConsumer<? super String> user;
    private boolean recorded;

    public Told(@Nullable ObjDoubleConsumer<? super String> user) {
        this.user = user;
    }

    /** Whether somebody wants to know the numbers that follow. */
    public boolean wanted() {
        recorded = PRESENT && MetricEvent.wanted();
        return recorded || user != null;
    }

    /** Tells a number. What a user throws does not reach those who are served. */
    public void tell(String name, double value) {
        if (recorded) {
            MetricEvent.emit(name, value);
        }
        if (user != null) {
            try {
                user.accept(name, value);
            } catch (RuntimeException | Error failure) {
                Thread current = Thread.currentThread();
                current.getUncaughtExceptionHandler().uncaughtException(current, failure);
            }
        }
    }
}
