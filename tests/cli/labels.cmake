# Read by ctest after the tests were discovered: `ctest -LE slow` leaves out what takes long.
foreach(test IN LISTS cli_TESTS)
  if(test MATCHES "MemoryLimit")
    set_tests_properties("${test}" PROPERTIES LABELS slow RUN_SERIAL ON TIMEOUT 1800)
  elseif(test MATCHES "BenchOfEveryFamily")
    set_tests_properties("${test}" PROPERTIES LABELS slow TIMEOUT 1800)
  endif()
endforeach()
