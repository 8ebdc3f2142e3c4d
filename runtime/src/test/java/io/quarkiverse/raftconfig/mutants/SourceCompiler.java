package io.quarkiverse.raftconfig.mutants;

import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

import javax.tools.FileObject;
import javax.tools.ForwardingJavaFileManager;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileManager;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

import org.jspecify.annotations.Nullable;

/** Compiles a few of the main sources anew, in memory, against the classes of all the others. */
final class SourceCompiler {
    private static final List<String> OPTIONS = List.of("-proc:none", "-nowarn", "-g", "-parameters");

    private final JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    /** Kept, because it remembers what is in the jars of the class path. */
    private final StandardJavaFileManager files = compiler.getStandardFileManager(null, null, null);

    /**
     * @param sources by their path below the root package
     * @return the classes by their binary names
     */
    SortedMap<String, byte[]> compile(Map<String, String> sources) {
        List<JavaFileObject> units = new ArrayList<>();
        sources.forEach((path, text) -> units.add(new Source(path, text)));
        Classes classes = new Classes(files);
        StringBuilder problems = new StringBuilder();
        boolean compiled = compiler
                .getTask(null, classes, problem -> problems.append(problem).append('\n'), OPTIONS, null, units)
                .call();
        if (!compiled) {
            throw new AssertionError("does not compile:\n" + problems);
        }
        SortedMap<String, byte[]> bytes = new TreeMap<>();
        classes.written.forEach((name, code) -> bytes.put(name, code.toByteArray()));
        return bytes;
    }

    private static final class Source extends SimpleJavaFileObject {
        private final String text;

        Source(String path, String text) {
            super(URI.create("source:///io/quarkiverse/raftconfig/" + path), Kind.SOURCE);
            this.text = text;
        }

        @Override
        public CharSequence getCharContent(boolean ignoreEncodingErrors) {
            return text;
        }
    }

    private static final class Classes extends ForwardingJavaFileManager<StandardJavaFileManager> {
        private final SortedMap<String, ByteArrayOutputStream> written = new TreeMap<>();

        Classes(StandardJavaFileManager files) {
            super(files);
        }

        @Override
        public JavaFileObject getJavaFileForOutput(JavaFileManager.Location location, String name, JavaFileObject.Kind kind,
                @Nullable FileObject sibling) {
            ByteArrayOutputStream code = new ByteArrayOutputStream();
            written.put(name, code);
            return new SimpleJavaFileObject(URI.create("class:///" + name.replace('.', '/') + kind.extension), kind) {
                @Override
                public OutputStream openOutputStream() {
                    return code;
                }
            };
        }
    }
}
