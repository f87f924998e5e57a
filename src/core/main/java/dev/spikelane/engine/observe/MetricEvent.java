package dev.spikelane.engine.observe;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

/** A number of a service, for Java Flight Recorder. */
@Name("dev.spikelane.Metric")
@Label("Metric")
@Category("Spikelane")
@Description("A number of a pool of sessions behind a step, or of a classifier after a sample")
@StackTrace(false)
final class MetricEvent extends Event {

    @Label("Metric")
    String metric = "";

    @Label("Value")
    double value;

    static void emit(String metric, double value) {
        MetricEvent event = new MetricEvent();
        event.metric = metric;
        event.value = value;
        event.commit();
    }
}
