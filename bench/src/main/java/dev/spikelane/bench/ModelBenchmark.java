package dev.spikelane.bench;

import dev.spikelane.cli.run.BenchOptions;
import dev.spikelane.network.ModelRun;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** A run of a user's own network, or of one of its populations alone. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(value = 2, jvmArgsAppend = "-Xbatch")
@Warmup(iterations = 5, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 5, time = 500, timeUnit = TimeUnit.MILLISECONDS)
public class ModelBenchmark {

    /** Options of {@code ./spikelane bench}, separated by blanks: {@code --model m.safetensors --batch 16}. */
    @Param("")
    public String options;

    /** The name of a population; the whole network if empty. */
    @Param("")
    public String population;

    @Param("JAVA")
    public Contestant contestant;

    private Case open;
    private Runnable pass;

    @Setup
    public void makeAndVerify() throws IOException {
        Work named = new ModelRun(BenchOptions.parse(options.split(" +")))
                .works().stream()
                        .filter(each -> each.name().equals(population))
                        .findFirst()
                        .orElseThrow(() -> new IllegalArgumentException("no projection leads to '" + population + "'"));
        open = named.open();
        open.verify();
        pass = Entry.of(contestant, open.entries(), named.name()).pass();
    }

    @TearDown
    public void close() {
        open.close();
    }

    /** Runs all steps. */
    @Benchmark
    public void pass() {
        pass.run();
    }
}
