package dev.spikelane.blas.call;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.util.Locale;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The functions of a loaded OpenBLAS. It is a record because the JIT treats the fields of a constant record, here
 * method handles, as constants.
 *
 * @param sgemm {@code cblas_sgemm}
 * @param sgemv {@code cblas_sgemv}
 * @param ompThreads {@code omp_set_num_threads} of an OpenMP build, called before each product, as OpenMP has a number
 *     of threads for each calling thread
 * @param threads threads inside OpenBLAS
 * @param turn the lock of calls, for builds that allow one call at a time
 * @param facts version, core and threads in one line
 */
public record OpenBlasLibrary(
        MethodHandle sgemm,
        MethodHandle sgemv,
        @Nullable MethodHandle ompThreads,
        int threads,
        @Nullable Lock turn,
        String facts) {

    /** The function whose address locates the library's file. */
    static final String SGEMM = "cblas_sgemm";

    /** A function of the OpenMP library that OpenBLAS depends on; a look-up in OpenBLAS finds it. */
    private static final String OMP_THREADS = "omp_set_num_threads";

    /** Result of {@code openblas_get_parallel} for a build without threads; 1 means its own threads, 2 OpenMP. */
    private static final int SEQUENTIAL = 0;

    private static final int OPENMP = 2;

    /** An upper bound of the texts that OpenBLAS returns. */
    private static final long TEXT_BYTES = 1_024;

    private static final FunctionDescriptor GET_INT = FunctionDescriptor.of(JAVA_INT);
    private static final FunctionDescriptor GET_TEXT = FunctionDescriptor.of(ADDRESS);
    private static final FunctionDescriptor SET_INT = FunctionDescriptor.ofVoid(JAVA_INT);
    private static final FunctionDescriptor SGEMM_TYPE = ofVoid("iiiiiifpipifpi");
    private static final FunctionDescriptor SGEMV_TYPE = ofVoid("iiiifpipifpi");

    @SuppressWarnings("serial") // never serialized
    static final class Unusable extends Exception {
        Unusable(String reason) {
            super(reason);
        }
    }

    /** Binds a library and sets its number of threads. */
    static OpenBlasLibrary bind(SymbolLookup symbols, int threads) throws Unusable {
        MethodHandle sgemm = function(symbols, SGEMM, SGEMM_TYPE);
        MethodHandle sgemv = function(symbols, "cblas_sgemv", SGEMV_TYPE);
        MethodHandle config = function(symbols, "openblas_get_config", GET_TEXT);
        MethodHandle core = function(symbols, "openblas_get_corename", GET_TEXT);
        MethodHandle parallel = function(symbols, "openblas_get_parallel", GET_INT);
        MethodHandle getThreads = function(symbols, "openblas_get_num_threads", GET_INT);
        MethodHandle setThreads = function(symbols, "openblas_set_num_threads", SET_INT);
        try {
            String build = text((MemorySegment) config.invokeExact());
            if (build.contains("USE64BITINT")) {
                throw new Unusable("is built for 64-bit sizes (" + build + "), expected a build for 32-bit sizes");
            }
            setThreads.invokeExact(threads);
            int model = (int) parallel.invokeExact();
            String facts = version(build) + ", core " + text((MemorySegment) core.invokeExact()) + ", "
                    + threadsOf(model, (int) getThreads.invokeExact());
            return new OpenBlasLibrary(
                    sgemm,
                    sgemv,
                    model == OPENMP ? function(symbols, OMP_THREADS, SET_INT) : null,
                    threads,
                    model == SEQUENTIAL ? new ReentrantLock() : null,
                    facts);
        } catch (Unusable unusable) {
            throw unusable;
        } catch (Throwable failure) {
            throw unexpected(failure);
        }
    }

    /** Returns the type of a void function: an i, f or p for each int, float or pointer parameter. */
    private static FunctionDescriptor ofVoid(String parameters) {
        return FunctionDescriptor.ofVoid(parameters
                .chars()
                .mapToObj(each -> each == 'i' ? JAVA_INT : each == 'f' ? JAVA_FLOAT : ADDRESS)
                .toArray(MemoryLayout[]::new));
    }

    @SuppressWarnings("restricted") // the search has checked native access; the types match OpenBLAS's header
    private static MethodHandle function(SymbolLookup symbols, String name, FunctionDescriptor type) throws Unusable {
        MemorySegment address = symbols.find(name)
                .orElseThrow(() -> new Unusable("cannot be used as OpenBLAS: it has no function " + name));
        return Linker.nativeLinker().downcallHandle(address, type);
    }

    @SuppressWarnings("restricted") // OpenBLAS returns a static string that ends in a zero
    private static String text(MemorySegment address) {
        return address.reinterpret(TEXT_BYTES).getString(0).strip();
    }

    /**
     * Returns the version in a text such as {@code OpenBLAS 0.3.29 DYNAMIC_ARCH NO_AFFINITY SkylakeX MAX_THREADS=128}.
     */
    private static String version(String build) {
        String[] words = build.split("\\s+", 3);
        return words.length > 1 && words[0].toLowerCase(Locale.ROOT).equals("openblas") ? words[1] : build;
    }

    private static String threadsOf(int model, int threads) {
        return switch (model) {
            case SEQUENTIAL -> "built without threads (one call at a time)";
            case OPENMP -> threads + " of OpenMP's threads inside";
            default -> threads + (threads == 1 ? " thread inside" : " threads inside");
        };
    }

    /** Returns the exception of a method handle for the caller: FFM throws if an arena is closed meanwhile. */
    static RuntimeException unexpected(Throwable failure) {
        if (failure instanceof Error error) {
            throw error;
        }
        return failure instanceof RuntimeException exception ? exception : new IllegalStateException(failure);
    }
}
