package dev.spikelane.bench;

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

/** Any work, by any of its contestants; a pass may be several operations. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(value = 2, jvmArgsAppend = "-Xbatch")
@Warmup(iterations = 5, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 5, time = 500, timeUnit = TimeUnit.MILLISECONDS)
public class WorkBenchmark {

    /** The name of a work. */
    @Param("")
    public String work;

    @Param("JAVA")
    public Contestant contestant;

    private Case open;
    private Runnable pass;

    @Setup
    public void makeAndVerify() {
        Work named = Workloads.all().stream()
                .filter(any -> any.name().equals(work))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("there is no work '" + work + "'"));
        open = named.open();
        open.verify();
        pass = Entry.of(contestant, open.entries(), work).pass();
    }

    @TearDown
    public void close() {
        open.close();
    }

    /** A pass. */
    @Benchmark
    public void pass() {
        pass.run();
    }
}
