package dev.spikelane.engine.observe;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.Percentage;
import jdk.jfr.StackTrace;
import jdk.jfr.Timespan;

/** The work of a layer in one run, for Java Flight Recorder. */
@Name("dev.spikelane.Layer")
@Label("Layer")
@Category("Spikelane")
@Description("A layer of a spiking neural network in one run or step; the duration is that of the whole call")
@StackTrace(false)
final class LayerEvent extends Event {

    @Label("Layer")
    int layer;

    @Label("Population")
    String population = "";

    @Label("Connection")
    String connection = "";

    @Label("Neurons")
    String neurons = "";

    @Label("Rows")
    @Description("Steps times samples")
    long rows;

    @Label("Input Density")
    @Description("Share of inputs that fire or, if analog, are not zero")
    @Percentage
    float density;

    @Label("Kernel")
    @Description("The variants that computed the currents, in the order in which they first ran")
    String kernel = "";

    @Label("Threads")
    int threads;

    @Label("Layer Time")
    @Description("Time in this layer, without the layers before and behind it")
    @Timespan(Timespan.NANOSECONDS)
    long time;
}
