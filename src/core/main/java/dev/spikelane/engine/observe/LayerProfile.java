package dev.spikelane.engine.observe;

import dev.spikelane.description.PopulationDescription;
import jdk.jfr.EventType;
import jdk.jfr.FlightRecorder;
import org.jspecify.annotations.Nullable;

/**
 * Adds up the work of a layer in one run, and reports it to Java Flight Recorder. Nothing is measured or allocated
 * unless a recording is on.
 */
public final class LayerProfile {

    private static final boolean PRESENT =
            ModuleLayer.boot().findModule("jdk.jfr").isPresent();

    private long rows;
    private double inputs;
    private long spikes;
    private long time;
    private String kernels = "";
    private @Nullable LayerEvent event;

    /** Returns true if a recording measures layers. */
    public static boolean wanted() {
        return PRESENT && Recorder.wanted();
    }

    /** Reports that the limit of drift has frozen learning at a step, and which snapshot was restored. */
    public static void emitFrozen(long step, long snapshot, double drift, double limit) {
        if (PRESENT) {
            LearningFrozenEvent.emit(step, snapshot, drift, limit);
        }
    }

    /** Begins a call. */
    public void begin() {
        LayerEvent started = new LayerEvent();
        started.begin();
        event = started;
    }

    /** Adds the work of a block. */
    public void add(int blockRows, double blockInputs, long inputSpikes, long nanoseconds) {
        rows += blockRows;
        inputs += blockInputs;
        spikes += inputSpikes;
        time += nanoseconds;
    }

    /** Adds the name of a kernel that ran. */
    public void addKernel(String kernel) {
        if (!kernels.contains(kernel)) {
            kernels = kernels.isEmpty() ? kernel : kernels + ", " + kernel;
        }
    }

    /** Writes the event and resets the sums. */
    public void emit(int number, String connections, PopulationDescription population, int threads) {
        LayerEvent ended = event;
        if (ended != null) {
            ended.layer = number;
            ended.population = population.name();
            ended.connection = connections;
            ended.neurons = population.neuron().toString();
            ended.rows = rows;
            ended.density = (float) (spikes / inputs);
            ended.kernel = kernels;
            ended.threads = threads;
            ended.time = time;
            ended.commit();
        }
        event = null;
        rows = 0;
        inputs = 0;
        spikes = 0;
        time = 0;
        kernels = "";
    }

    /** Loaded only if the module jdk.jfr is present. */
    private static final class Recorder {

        private Recorder() {}

        static boolean wanted() {
            // Reading the event's type starts the recorder, which takes about 50 ms: read it only if the recorder
            // has started.
            return FlightRecorder.isInitialized() && Type.LAYER.isEnabled();
        }
    }

    private static final class Type {
        static final EventType LAYER = EventType.getEventType(LayerEvent.class);

        static {
            FlightRecorder.addPeriodicEvent(NativeMemoryEvent.class, NativeMemoryEvent::emit);
        }

        private Type() {}
    }
}
