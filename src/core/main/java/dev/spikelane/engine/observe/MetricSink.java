package dev.spikelane.engine.observe;

import java.util.function.ObjDoubleConsumer;
import jdk.jfr.EventType;
import jdk.jfr.FlightRecorder;
import org.jspecify.annotations.Nullable;

/** Tells numbers of a service to a user and to Flight Recorder. */
public final class MetricSink {

    private static final boolean PRESENT =
            ModuleLayer.boot().findModule("jdk.jfr").isPresent();

    private final @Nullable ObjDoubleConsumer<? super String> user;
    private boolean recorded;

    public MetricSink(@Nullable ObjDoubleConsumer<? super String> user) {
        this.user = user;
    }

    /** Whether somebody wants to know the numbers that follow. */
    public boolean wanted() {
        recorded = PRESENT && Recorder.wanted();
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

    /** Loaded only where the module jdk.jfr is present; the event's class loads some 150 others. */
    private static final class Recorder {

        private Recorder() {}

        /** Asking for the type starts the recorder: not before somebody else has. */
        static boolean wanted() {
            return FlightRecorder.isInitialized() && Type.METRIC.isEnabled();
        }
    }

    private static final class Type {
        static final EventType METRIC = EventType.getEventType(MetricEvent.class);

        private Type() {}
    }
}
