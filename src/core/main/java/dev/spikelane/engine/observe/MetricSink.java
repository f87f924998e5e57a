package dev.spikelane.engine.observe;

import java.util.function.ObjDoubleConsumer;
import jdk.jfr.EventType;
import jdk.jfr.FlightRecorder;
import org.jspecify.annotations.Nullable;

/** Reports numbers of a service to a listener and to Flight Recorder. */
public final class MetricSink {

    private static final boolean PRESENT =
            ModuleLayer.boot().findModule("jdk.jfr").isPresent();

    private final @Nullable ObjDoubleConsumer<? super String> user;
    private boolean recorded;

    public MetricSink(@Nullable ObjDoubleConsumer<? super String> user) {
        this.user = user;
    }

    /** Returns true if the following numbers have a receiver. */
    public boolean wanted() {
        recorded = PRESENT && Recorder.wanted();
        return recorded || user != null;
    }

    /** Reports a number. An exception of the listener does not reach the requests. */
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

    /** Loaded only if the module jdk.jfr is present; the event's class loads about 150 others. */
    private static final class Recorder {

        private Recorder() {}

        /** Reading the type would start the recorder, so it is read only if the recorder has started. */
        static boolean wanted() {
            return FlightRecorder.isInitialized() && Type.METRIC.isEnabled();
        }
    }

    private static final class Type {
        static final EventType METRIC = EventType.getEventType(MetricEvent.class);

        private Type() {}
    }
}
