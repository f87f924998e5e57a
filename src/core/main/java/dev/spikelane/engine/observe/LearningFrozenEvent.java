package dev.spikelane.engine.observe;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.FlightRecorder;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

/** A limit of drift has ended learning, for Java Flight Recorder. */
@Name("dev.spikelane.LearningFrozen")
@Label("Learning Frozen")
@Category("Spikelane")
@Description("Weights went beyond the limit of drift, or a value was not finite: rules are frozen, a snapshot is back")
@StackTrace(false)
final class LearningFrozenEvent extends Event {

    @Label("Step")
    @Description("Steps that have been learned, the refused ones among them")
    long step;

    @Label("Snapshot")
    @Description("The step of the snapshot that was put back")
    long snapshot;

    @Label("Drift")
    double drift;

    @Label("Limit")
    double limit;

    /** Writes the event, if a recording is on. */
    static void emit(long step, long snapshot, double drift, double limit) {
        if (FlightRecorder.isInitialized()) {
            LearningFrozenEvent event = new LearningFrozenEvent();
            event.step = step;
            event.snapshot = snapshot;
            event.drift = drift;
            event.limit = limit;
            event.commit();
        }
    }
}
