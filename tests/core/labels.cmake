# Read by ctest after the tests were discovered: `ctest -LE slow` leaves out what takes long.
foreach(test IN LISTS core_TESTS)
  if(test MATCHES "HundredMegapixels")
    set_tests_properties("${test}" PROPERTIES LABELS slow RUN_SERIAL ON)
  elseif(test MATCHES "fullSet")
    set_tests_properties("${test}" PROPERTIES LABELS full TIMEOUT 3600)
  endif()
endforeach()
