package io.quarkiverse.raftconfig.it.cluster;

import java.util.stream.IntStream;
import java.util.stream.Stream;

import org.junit.jupiter.api.extension.ClassTemplateInvocationContext;
import org.junit.jupiter.api.extension.ClassTemplateInvocationContextProvider;
import org.junit.jupiter.api.extension.ExtensionContext;

/** As many runs of a class as {@code cluster.repeat} says. */
final class Repetitions implements ClassTemplateInvocationContextProvider {
    @Override
    public boolean supportsClassTemplate(ExtensionContext context) {
        return true;
    }

    @Override
    public Stream<ClassTemplateInvocationContext> provideClassTemplateInvocationContexts(ExtensionContext context) {
        return IntStream.rangeClosed(1, Integer.getInteger("cluster.repeat", 1)).mapToObj(Run::new);
    }

    private record Run(int number) implements ClassTemplateInvocationContext {
        @Override
        public String getDisplayName(int invocationIndex) {
            return "run " + number;
        }
    }
}
