/// Read by LeakSanitizer. x265 keeps some bytes of each encoder for good; nothing on our side holds them.
extern "C" const char* __lsan_default_suppressions();
extern "C" const char* __lsan_default_suppressions() {
  return "leak:libx265\n";
}
